-- Forgets keys of a lane, unless a roster is in it: then its team key was made anew, and what is there is that one's.
-- KEYS[1] rosters of the lane  [2..] what is forgotten
-- Returns 1, or 0 where a roster is in the lane.
if redis.call('SCARD', KEYS[1]) > 0 then return 0 end
redis.call('UNLINK', unpack(KEYS, 2))
return 1
