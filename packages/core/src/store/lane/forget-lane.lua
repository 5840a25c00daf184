-- Forgets keys of a lane, unless a roster is in it: then the team key was made again, and the data belongs to the new one.
-- KEYS[1] rosters of the lane  [2] the lane's hash  [3..] what is forgotten   ARGV[1] when the newest key was given that is forgotten (ms)
-- Returns 1, or 0 where a roster is in the lane, or a newer key is the lane's.
if redis.call('SCARD', KEYS[1]) > 0 or tonumber(redis.call('HGET', KEYS[2], 'keyAt') or 0) > tonumber(ARGV[1]) then return 0 end
redis.call('UNLINK', unpack(KEYS, 3))
return 1
