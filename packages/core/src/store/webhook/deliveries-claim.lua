-- Takes due deliveries of one webhook, to be tried. Those of a dead worker come back here.
-- KEYS[1] deliveries  [2] due  [3] in flight  [4] health
-- ARGV[1] now (ms)  [2] until when the claim holds (ms)  [3] how many at most
--     [4] tries at once at an endpoint  [5] the same once it fails  [6] failures in a row from which it counts as failing
-- Returns when there is something to do next (ms, or empty), when the webhook of this data was made (ms, or empty if not known),
-- then per delivery: id, the delivery (JSON)
local now = tonumber(ARGV[1])
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now)) do
  redis.call('ZREM', KEYS[3], id)
  redis.call('ZADD', KEYS[2], now, id)
end
local health = redis.call('HMGET', KEYS[4], 'disabledAt', 'failures', 'born')
if health[1] then return { '', '' } end
local limit = tonumber(tonumber(health[2] or 0) >= tonumber(ARGV[6]) and ARGV[5] or ARGV[4])
local room = math.min(limit - redis.call('ZCARD', KEYS[3]), tonumber(ARGV[3]))
local taken = {}
if room > 0 then
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, room)) do
    redis.call('ZREM', KEYS[2], id)
    local json = redis.call('HGET', KEYS[1], id)
    if json then
      redis.call('ZADD', KEYS[3], ARGV[2], id)
      taken[#taken + 1] = id
      taken[#taken + 1] = json
    end
  end
end
local due = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2]
local held = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2]
local full = redis.call('ZCARD', KEYS[3]) >= limit
local nextAt = due
if held and (full or not due or tonumber(held) < tonumber(due)) then nextAt = held end
return { nextAt or '', health[3] or '', unpack(taken) }
