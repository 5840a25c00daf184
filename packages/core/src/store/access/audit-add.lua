-- Adds an entry to the audit log, in place of the note that was made when its change began.
-- KEYS[1] the log  [2] notes of changes that have begun
-- ARGV[1] how long entries are kept (ms)  [2] id of that note, or empty  [3] 1: only if the note is still there
--     [4..] fields and values
-- Returns the id of the entry, or nothing.
local was = ARGV[2] == '' and 0 or redis.call('HDEL', KEYS[2], ARGV[2])
if ARGV[3] == '1' and was == 0 then return false end
local oldest = tonumber(redis.call('TIME')[1]) * 1000 - tonumber(ARGV[1])
return redis.call('XADD', KEYS[1], 'MINID', '~', string.format('%.0f', oldest), '*', unpack(ARGV, 4))
