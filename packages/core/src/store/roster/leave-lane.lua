-- A roster that is being deleted leaves its lane with its members, in one step, unless another process has done this already.
-- KEYS[1] closing  [2] rosters of the lane  [3..5] hashes with a field for each roster  [6..] its own keys   ARGV[1] roster id
if redis.call('SREM', KEYS[1], ARGV[1]) == 0 then return end
redis.call('SREM', KEYS[2], ARGV[1])
for i = 3, 5 do redis.call('HDEL', KEYS[i], ARGV[1]) end
redis.call('UNLINK', unpack(KEYS, 6))
