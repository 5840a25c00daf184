-- Counts an attempt to log in.
-- KEYS[1] the count, with expiry
-- ARGV[1] how long attempts are counted together, from the first and again from the latest of many (ms)  [2] how many count as many
-- Returns how many attempts there are now, including this one
local made = redis.call('INCR', KEYS[1])
if made == 1 or made >= tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return made
