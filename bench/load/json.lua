-- 1 KiB of JSON: an array of records as an API takes them, filled up by a note.
local records = {}
for index = 1, 12 do
  records[index] = string.format('{"id":%d,"name":"record %d","tags":["a","b"],"price":%d.5}', index, index, index * 3)
end
local open = '{"records":[' .. table.concat(records, ",") .. '],"note":"'
local close = '"}'

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = open .. string.rep("x", 1024 - #open - #close) .. close
