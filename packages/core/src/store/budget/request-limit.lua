-- Counts a request against rolling windows, all of them or none; a refused one is not counted.
-- KEYS for each window: sorted set of what was counted, by time (one set may stand for several windows)
-- ARGV[1] now (ms), or empty for Redis's own clock  [2] a unique word for the request  [3] how many it counts for
--     then per window: length (ms), limit; a request that counts for more than a limit counts as all of it
-- Returns ms to wait, 0 where the request was counted
local now = nowMs(ARGV[1])
local wait, longest = 0, 0
for i = 1, #KEYS do
  local length, limit = tonumber(ARGV[2 + 2 * i]), tonumber(ARGV[3 + 2 * i])
  longest = math.max(longest, length)
  local at = math.max(0, limit - tonumber(ARGV[3]))
  local inside = redis.call('ZREVRANGEBYSCORE', KEYS[i], '+inf', '(' .. (now - length), 'WITHSCORES', 'LIMIT', at, 1)
  if inside[2] then wait = math.max(wait, tonumber(inside[2]) + length - now) end
end
if wait > 0 then return math.ceil(wait) end
for i = 1, #KEYS do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - longest)
  local count = math.min(tonumber(ARGV[3]), tonumber(ARGV[3 + 2 * i]))
  for n = 1, count do redis.call('ZADD', KEYS[i], now, ARGV[2] .. (n == 1 and '' or ':' .. n)) end
  redis.call('PEXPIRE', KEYS[i], longest)
end
return 0
