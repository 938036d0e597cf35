-- 50 fields, which apps/fields.ts reads.
for index = 1, 50 do
  wrk.headers["x-field-" .. index] = "value of field " .. index
end
