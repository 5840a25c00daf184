-- Whether a lane has work now that no worker is doing, whatever its place in the ready index says.
-- KEYS[1] lease  [2] lane  [3..5] outboxes: now, interactive, bulk  [6] waiting jobs  [7] prioritized jobs  [8] sleeping jobs  [9] schedule
-- ARGV[1] now (ms)
-- Returns 1 or 0.
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local lane = redis.call('HMGET', KEYS[2], 'paused', 'waits')
if lane[1] == '1' then return 0 end
local now = tonumber(ARGV[1])
-- Work that the last visit could not do waits for its time, which is the lane's place in the index.
local waits = lane[2] and lane[2] ~= '' and cjson.decode(lane[2]) or { events = 0, bulk = 0 }
if waits.events > now then return 0 end
local task = redis.call('ZRANGE', KEYS[9], 0, 0, 'WITHSCORES')
if task[2] and tonumber(task[2]) <= now then return 1 end
-- Nearly every lane rests, and thousands are asked about.
if redis.call('EXISTS', KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8]) == 0 then return 0 end
for _, at in ipairs({ 3, 4 }) do
  if redis.call('ZCARD', KEYS[at]) > 0 then return 1 end
end
if redis.call('LLEN', KEYS[6]) > 0 then return 1 end
-- BullMQ's score is the time and, behind that, a number.
local sleeping = redis.call('ZRANGE', KEYS[8], 0, 0, 'WITHSCORES')
if sleeping[2] and tonumber(sleeping[2]) / 4096 <= now then return 1 end
if waits.bulk > now then return 0 end
if redis.call('ZCARD', KEYS[5]) + redis.call('ZCARD', KEYS[7]) > 0 then return 1 end
return 0
