-- Adds lines to a roster's activity, in their order, and drops the oldest beyond about the given number.
-- Returns the ids of the first and the last one.
local function addLines(key, lines, kept, keptMs)
  local first, last
  for _, line in ipairs(lines) do
    last = redis.call('XADD', key, 'MAXLEN', '~', kept, '*', 'a', line)
    first = first or last
  end
  redis.call('PEXPIRE', key, keptMs)
  return first, last
end
