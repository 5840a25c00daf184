-- Gives each caller a time of its own, one after the other.
-- KEYS[1] the latest time that was given (ms), with expiry
-- ARGV[1] how far apart the times are (ms)  [2] how far ahead at most (ms)
-- Returns how long to wait until that time (ms); below zero if none is free: minus the time until one may be free
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local at = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0')) + tonumber(ARGV[1])
if at - now > tonumber(ARGV[2]) then return tonumber(ARGV[2]) - (at - now) end
redis.call('SET', KEYS[1], string.format('%d', at), 'PX', at - now)
return at - now
