-- Ends a change of a group that took several steps.
-- KEYS[1] changes
-- Returns how many are under way
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local open = redis.call('HINCRBY', KEYS[1], '#open', -1)
if open <= 0 then redis.call('DEL', KEYS[1]) end
return open
