-- Forgets a member who is out of the group, if the lease is ours and nothing was recorded since the member was read.
-- KEYS[1] lease  [2] desired  [3] observed  [4] status  [5] timeline  [6] index  [7] parked  [8] work  [9..11] outboxes
--     [12] parked, bulk  [13] members who wait for a seat  [14] protections  [15] sightings  [16] usages  [17] links  [18] traces
-- ARGV[1] token  [2] member id  [3] desired version that was read  [4] ref  [5] word in the outboxes and the traces
-- Returns erased|kept|lost
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
local text = redis.call('HGET', KEYS[2], ARGV[2])
if text then
  local desired = readDesired(text)
  if desired.present or tostring(desired.version) ~= ARGV[3] then return 'kept' end
  removeHolder(KEYS[6], ARGV[2], readTail(desired.tail))
end
redis.call('HDEL', KEYS[2], ARGV[2])
redis.call('HDEL', KEYS[3], ARGV[2])
redis.call('ZREM', KEYS[4], ARGV[2])
redis.call('HDEL', KEYS[5], ARGV[2])
redis.call('SREM', KEYS[7], ARGV[2])
redis.call('SREM', KEYS[12], ARGV[2])
redis.call('HDEL', KEYS[8], ARGV[4])
for i = 9, 11 do redis.call('ZREM', KEYS[i], ARGV[5]) end
redis.call('ZREM', KEYS[13], ARGV[2])
for i = 14, 17 do redis.call('HDEL', KEYS[i], ARGV[2]) end
redis.call('HDEL', KEYS[18], ARGV[5])
return 'erased'
