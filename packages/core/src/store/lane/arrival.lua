-- For scripts that record: the time in ms, with a fraction that is unique to the step. So a process that takes an entry out of an outbox
-- can tell whether the entry was recorded again meanwhile.
local function arrival()
  local t = redis.call('TIME')
  return string.format('%s%03d.%03d', t[1], math.floor(tonumber(t[2]) / 1000), tonumber(t[2]) % 1000)
end
