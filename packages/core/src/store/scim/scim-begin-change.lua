-- Begins a change of a group that takes several steps, so that its later steps do not undo a change that comes after it.
-- KEYS[1] changes
-- ARGV[1] 1 where it says who is in as a whole  [2] forgotten after (s), even if the process dies
-- Returns its number
local change = redis.call('HINCRBY', KEYS[1], '#', 1)
if ARGV[1] == '1' then redis.call('HSET', KEYS[1], '#whole', change) end
redis.call('HINCRBY', KEYS[1], '#open', 1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
return tostring(change)
