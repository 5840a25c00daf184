-- Stores how far the reading of a group has come, if the lease is still ours: a worker that was cut off adds nothing to a reading
-- that another one continues.
-- KEYS[1] lease  [2] reading  [3] the hash that takes the rows  [4] touched
-- ARGV[1] token  [2] reading (JSON)  [3] ms that it is kept  [4] number of fields of the hash  then name and value of each
--     then the addresses that are no longer in doubt
-- Returns 1, or 0 if the lease is lost.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
local fields = tonumber(ARGV[4])
-- In slices: Lua's unpack is bounded by its stack.
local function each(command, key, from, to)
  for at = from, to, 1000 do redis.call(command, key, unpack(ARGV, at, math.min(at + 999, to))) end
end
each('HSET', KEYS[3], 5, 4 + fields * 2)
each('SREM', KEYS[4], 5 + fields * 2, #ARGV)
redis.call('PEXPIRE', KEYS[3], ARGV[3])
return 1
