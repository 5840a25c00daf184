-- One write by a process that may write only while it holds the fence.
-- KEYS[1] fence  [2] key, and of a write about a roster: [3] rosters of the lane  [4] when they were made
-- ARGV[1] token  [2] command  [3] roster id, or empty  [4] when the roster was made (ms), or empty  [5..] the command's arguments behind the key
-- Returns 1, also if the roster was replaced or has left the lane (nothing is written then); 0 if another process holds the fence
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[3] ~= '' and not isHere(KEYS[3], KEYS[4], ARGV[3], ARGV[4]) then return 1 end
redis.call(ARGV[2], KEYS[2], unpack(ARGV, 5))
return 1
