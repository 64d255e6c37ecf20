#!lua flags=no-writes,allow-oom
-- NEWS: what was suppressed since a worker asked last, and still is.
-- ARGV: 1 how many suppressions had been told of then
-- Result: {how many have been told of now, address, why, address, why, …}; {number, 0} when more is new than is kept, or Redis
--   knows less than the worker: then all that waits must be looked up.
-- Guarantees: reads only, at most 500 addresses; who was taken off the list meanwhile is not among them.
local KEPT, PART = 500, 250
local news, known = prefix .. 'news', tonumber(ARGV[1])
local told = tonumber(redis.call('HGET', news, 'told') or 0)
if told == known then return { told } end
if told < known or told - known > KEPT then return { told, 0 } end
local result = { told }
for first = known + 1, told, PART do
  local fields = {}
  for number = first, math.min(first + PART - 1, told) do fields[#fields + 1] = text_of(number) end
  local addresses = redis.call('HMGET', news, unpack(fields))
  for _, address in ipairs(addresses) do
    if not address then return { told, 0 } end
  end
  for i, why in ipairs(redis.call('HMGET', prefix .. 'suppressed', unpack(addresses))) do
    if why then
      result[#result + 1] = addresses[i]
      result[#result + 1] = why
    end
  end
end
return result
