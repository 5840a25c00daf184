-- Records work for members, whatever happened to it before.
-- KEYS[1] outbox   ARGV words
-- Returns how many
local now = arrival()
for _, word in ipairs(ARGV) do redis.call('ZADD', KEYS[1], now, word) end
return #ARGV
