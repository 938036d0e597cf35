local number = 0

request = function()
  number = (number + 7919) % 10000
  return wrk.format("GET", "/many/" .. number .. ".bin")
end
