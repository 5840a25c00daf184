-- How much of a lane is recorded and has no job yet.
-- KEYS outboxes
-- Returns how many changes
local count = 0
for _, key in ipairs(KEYS) do count = count + redis.call('ZCARD', key) end
return count
