-- Makes sleeping retries due now, a page at a time. A retry that was brought forward before and failed again has to wait longer
-- each time, so that a fact that its receiver refuses is not tried after every success.
-- KEYS[1] due  [2] forwards
-- ARGV[1] now (ms)  [2] those due after this (ms)  [3] how many  [4] and on: wait (ms) after having been brought forward once, twice, …
-- Returns where the next page begins (ms), or empty at the end.
local now, size = tonumber(ARGV[1]), tonumber(ARGV[3])
local page = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[2], '+inf', 'WITHSCORES', 'LIMIT', 0, size)
for i = 1, #page, 2 do
  local count, at = string.match(redis.call('HGET', KEYS[2], page[i]) or '', '^(%d+):(%d+)$')
  count = tonumber(count or 0)
  local rest = count > 0 and tonumber(ARGV[3 + math.min(count, #ARGV - 3)]) or 0
  if count == 0 or now - tonumber(at) >= rest then
    redis.call('ZADD', KEYS[1], now, page[i])
    redis.call('HSET', KEYS[2], page[i], (count + 1) .. ':' .. ARGV[1])
  end
end
return #page == size * 2 and page[#page] or ''
