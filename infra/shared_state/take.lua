-- Add to leaky buckets: KEYS buckets; ARGV now, how many to add if none of these exceeds, or 'all' whatever they hold,
-- the windows that a bucket can hold, then weight, capacity and seconds of each bucket. Returns excesses, or levels.
local now, wanted, windows = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local levels, times, rates, answer, fits = {}, {}, {}, {}, true
for i, key in ipairs(KEYS) do
  local weight, capacity, seconds = tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2]), tonumber(ARGV[3 * i + 3])
  local level, last = 0, now
  local held = redis.call('GET', key)
  if held then
    local text, time = string.match(held, '^(%S+) (%S+)$')
    level, last = tonumber(text), tonumber(time)
  end
  rates[i] = capacity / math.max(seconds, 1)
  level = math.max(level - math.max(now - last, 0) * rates[i], 0)
  times[i] = math.max(now, last)
  levels[i] = math.min(math.max(level + weight, 0), capacity * windows)
  if wanted then
    answer[i] = string.format('%.17g', level + weight - capacity)
    if i <= wanted and level + weight > capacity then fits = false end
  else
    answer[i] = string.format('%.17g', levels[i])
  end
end
if fits then
  for i, key in ipairs(KEYS) do
    if wanted and i > wanted then break end
    if levels[i] > 0 and rates[i] > 0 then
      local left = math.min(math.ceil(levels[i] / rates[i]) + math.max(times[i] - now, 0) + 1, 1000000000)
      redis.call('SET', key, string.format('%.17g %.17g', levels[i], times[i]), 'EX', string.format('%d', left))
    else
      redis.call('DEL', key)
    end
  end
end
return answer
