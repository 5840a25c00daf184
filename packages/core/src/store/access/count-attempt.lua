-- Counts an attempt to log in.
-- KEYS[1] the count, with expiry
-- ARGV[1] how long attempts are counted together, from the first and again from the latest of many (ms)  [2] what many are
-- Returns how many there are now, this one included
local made = redis.call('INCR', KEYS[1])
if made == 1 or made >= tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return made
