-- Records parked work of members again, some at a time.
-- KEYS[1] parked  [2] outbox for them  [3] lease of the lane
-- ARGV[1] roster id  [2] how many at most
-- Returns { how many were parked, leased (0|1) }
local members = redis.call('SPOP', KEYS[1], ARGV[2])
local now = arrival()
for _, member in ipairs(members) do redis.call('ZADD', KEYS[2], now, ARGV[1] .. '\0' .. member) end
return { #members, redis.call('EXISTS', KEYS[3]) }
