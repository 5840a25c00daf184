-- Makes a lane due, in ARGV[2] at the latest, and tells the workers.
-- KEYS[1] the ready set  [2] lanes that are held
-- ARGV[1] lane  [2] due in (ms)  [3] channel of the doorbell  [4] now (ms), or empty for Redis's own clock
-- Returns 1 if the lane is due sooner than before
local now = tonumber(ARGV[4])
if not now then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
return ring(KEYS[1], KEYS[2], ARGV[1], now, tonumber(ARGV[2]), ARGV[3])
