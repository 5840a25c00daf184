-- For scripts that limit requests: counts one against rolling windows, all of them or none; a refused one is not counted. `sets`: for each window
-- the sorted set of what was counted, by time (one set may stand for several windows). `windows`: length (ms), limit for each. `word`:
-- unique to the request. `cost`: how many it counts for; where that is more than a limit, it counts as all of it.
-- Returns ms to wait, 0 where the request was counted
local function countWindows(sets, windows, word, cost, now)
  local wait, longest = 0, 0
  for i, set in ipairs(sets) do
    local length, limit = tonumber(windows[2 * i - 1]), tonumber(windows[2 * i])
    longest = math.max(longest, length)
    local at = math.max(0, limit - cost)
    local inside = redis.call('ZREVRANGEBYSCORE', set, '+inf', '(' .. (now - length), 'WITHSCORES', 'LIMIT', at, 1)
    if inside[2] then wait = math.max(wait, tonumber(inside[2]) + length - now) end
  end
  if wait > 0 then return math.ceil(wait) end
  for i, set in ipairs(sets) do
    redis.call('ZREMRANGEBYSCORE', set, '-inf', now - longest)
    local count = math.min(cost, tonumber(windows[2 * i]))
    for n = 1, count do redis.call('ZADD', set, now, word .. (n == 1 and '' or ':' .. n)) end
    redis.call('PEXPIRE', set, longest)
  end
  return 0
end
