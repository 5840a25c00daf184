-- Changes fields of a lane's standing, unless they are about a key that has since been replaced.
-- KEYS[1] the lane's hash
-- ARGV[1] when the key in question was given (ms), or empty: about no key  [2] new: the lane has this key from now on; made: and what stands there is of
--     a former team key of its id; or empty
--     then fields and values
-- Returns 1, or 0 if nothing was written.
local mine = ARGV[1] == '' and math.huge or tonumber(ARGV[1])
if mine < tonumber(redis.call('HGET', KEYS[1], 'keyAt') or 0) then return 0 end
if ARGV[2] == 'made' then redis.call('DEL', KEYS[1]) end
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'keyAt', ARGV[1]) end
if #ARGV > 2 then redis.call('HSET', KEYS[1], unpack(ARGV, 3)) end
return 1
