-- Each route of apps/hono.ts in turn.
local requests = {}
local turn = 0

function init()
  for index, path in ipairs({ "/", "/users/7", "/health" }) do
    requests[index] = wrk.format("GET", path)
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end
