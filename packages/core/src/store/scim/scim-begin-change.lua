-- Begins a change of a group that takes several steps, so that whatever comes after it is not undone by its later steps.
-- KEYS[1] changes
-- ARGV[1] 1 where it says who is in as a whole  [2] forgotten after (s), whoever died
-- Returns its number
local change = redis.call('HINCRBY', KEYS[1], '#', 1)
if ARGV[1] == '1' then redis.call('HSET', KEYS[1], '#whole', change) end
redis.call('HINCRBY', KEYS[1], '#open', 1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
return tostring(change)
