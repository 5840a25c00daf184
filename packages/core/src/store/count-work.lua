-- Whether a lane has anything left to do.
-- KEYS[1] work  [2..4] outboxes
-- Returns how many members and recorded changes.
return redis.call('HLEN', KEYS[1]) + redis.call('ZCARD', KEYS[2]) + redis.call('ZCARD', KEYS[3]) + redis.call('ZCARD', KEYS[4])
