-- Takes the lease of a lane, unless another worker holds it or the lane is stopped.
-- KEYS[1] lease  [2] lane  [3] work  [4..6] outboxes
-- ARGV[1] token  [2] lease (ms)  [3] now (ms), or empty for Redis's own clock
-- Returns { 'busy', ms left } | { 'paused' } | { 'opened', fence, work, recorded in the outboxes, now, lane hash … }
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return { 'busy', redis.call('PTTL', KEYS[1]) } end
if redis.call('HGET', KEYS[2], 'paused') == '1' then return { 'paused' } end
local now = ARGV[3]
if now == '' then
  local t = redis.call('TIME')
  now = t[1] .. string.format('%03d', math.floor(tonumber(t[2]) / 1000))
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local fence = redis.call('HINCRBY', KEYS[2], 'fence', 1)
local recorded = 0
for i = 4, 6 do recorded = recorded + redis.call('ZCARD', KEYS[i]) end
-- As the visit before left it: still set where that one died with jobs in hand.
local lane = redis.call('HGETALL', KEYS[2])
redis.call('HSET', KEYS[2], 'visiting', '1')
return { 'opened', fence, redis.call('HLEN', KEYS[3]), recorded, now, unpack(lane) }
