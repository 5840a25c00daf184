-- Makes this the memory of the source that was made at the given time. The memory of a former source is forgotten.
-- KEYS[1] when it was made  [2] and on: the memory
-- ARGV[1] when the source was made (ms)  [2] made: just now | used: a payload came for it | deleted
-- Returns 1, or 0 if another source was made under its id since: then nothing is done.
local born, mine = tonumber(redis.call('GET', KEYS[1]) or 0), tonumber(ARGV[1])
if born > mine then return 0 end
-- The memory of a source of release 0.1.0 has no time: it belongs to the source in use.
if ARGV[2] == 'deleted' or (born < mine and (born > 0 or ARGV[2] == 'made')) then redis.call('UNLINK', unpack(KEYS)) end
if ARGV[2] ~= 'deleted' then redis.call('SET', KEYS[1], ARGV[1]) end
return 1
