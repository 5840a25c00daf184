-- Counts a request against rolling windows; a refused one is not counted.
-- KEYS[1] sorted set of the requests counted, by time
-- ARGV[1] now (ms), or empty for Redis's own clock  [2] a word that no other request has  then per window: length (ms), limit
-- Returns ms to wait, 0 where the request was counted
local now = tonumber(ARGV[1])
if not now then
  local t = redis.call('TIME')
  now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end
local wait, longest = 0, 0
for i = 3, #ARGV, 2 do
  local length, limit = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  longest = math.max(longest, length)
  local inside = redis.call('ZREVRANGEBYSCORE', KEYS[1], '+inf', '(' .. (now - length), 'WITHSCORES', 'LIMIT', limit - 1, 1)
  if inside[2] then wait = math.max(wait, tonumber(inside[2]) + length - now) end
end
if wait > 0 then return math.ceil(wait) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - longest)
redis.call('ZADD', KEYS[1], now, ARGV[2])
redis.call('PEXPIRE', KEYS[1], longest)
return 0
