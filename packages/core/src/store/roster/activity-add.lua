-- Adds lines to a roster's activity, in their order; of the oldest only about so many stay.
-- KEYS[1] the stream
-- ARGV[1] lines that are kept  [2] how long the whole is kept after the last one (ms)  then the lines
-- Returns the ids of the first and the last one.
local first, last
for at = 3, #ARGV do
  last = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'a', ARGV[at])
  first = first or last
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return { first, last }
