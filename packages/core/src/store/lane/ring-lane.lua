-- Makes a lane due at a time at the latest, and tells the workers. A lane that is due by then already was told before.
-- KEYS[1] the ready set  [2] lanes that are held
-- ARGV[1] lane  [2] due in (ms)  [3] channel of the doorbell  [4] now (ms), or empty for Redis's own clock
-- Returns 1 where the lane is due sooner than before
local now = tonumber(ARGV[4])
if not now then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local at = now + tonumber(ARGV[2])
local held = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0)
if held > at then at = held end
local sooner = redis.call('ZADD', KEYS[1], 'LT', 'CH', string.format('%.0f', at), ARGV[1])
if sooner == 1 and at <= now then redis.call('PUBLISH', ARGV[3], ARGV[1]) end
return sooner
