-- Takes back one attempt to log in, unless the count has expired: a count that begins below zero would never expire.
-- KEYS[1] the count, with expiry
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('DECR', KEYS[1]) <= 0 then redis.call('DEL', KEYS[1]) end
