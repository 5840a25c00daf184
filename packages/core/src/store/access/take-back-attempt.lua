-- Takes one attempt to log in back, unless its time is over: a count that begins below nothing would have no end.
-- KEYS[1] the count, with expiry
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('DECR', KEYS[1]) <= 0 then redis.call('DEL', KEYS[1]) end
