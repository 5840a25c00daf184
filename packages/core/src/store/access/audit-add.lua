-- Adds an entry to the audit log, in place of what was noted as its change began.
-- KEYS[1] the log  [2] what was begun
-- ARGV[1] ids of entries before this are forgotten (ms)  [2] id of what was begun, or empty  [3] 1: only where it is still there
--     [4..] fields and values
-- Returns the id of the entry, or nothing.
local was = ARGV[2] == '' and 0 or redis.call('HDEL', KEYS[2], ARGV[2])
if ARGV[3] == '1' and was == 0 then return false end
return redis.call('XADD', KEYS[1], 'MINID', '~', ARGV[1], '*', unpack(ARGV, 4))
