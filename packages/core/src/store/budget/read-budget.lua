-- KEYS[1] budget
-- Returns Redis's clock (ms), then all fields and values of the budget.
local t = redis.call('TIME')
return { t[1] .. string.format('%03d', math.floor(tonumber(t[2]) / 1000)), unpack(redis.call('HGETALL', KEYS[1])) }
