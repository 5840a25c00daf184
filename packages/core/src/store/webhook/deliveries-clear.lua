-- Forgets everything of one webhook, or of its former one: never anything of one that was made later under its id.
-- KEYS[1] health  [2] and on: its other keys
-- ARGV[1] when the webhook was made (ms)  [2] begin: the data is of a former webhook  | end: the webhook itself is deleted
-- Returns 1 if everything was forgotten.
local born = tonumber(redis.call('HGET', KEYS[1], 'born') or 0)
local mine = tonumber(ARGV[1])
if born > mine or (ARGV[2] == 'begin' and born == mine) then return 0 end
redis.call('UNLINK', unpack(KEYS))
if ARGV[2] == 'begin' then redis.call('HSET', KEYS[1], 'born', ARGV[1]) end
return 1
