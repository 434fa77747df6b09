using System.CommandLine;
using System.Globalization;
using Superhero.Redis;

namespace Superhero.Silo.Commands;

/// <summary>Options that name a day, in UTC.</summary>
internal static class DateOption
{
    /// <summary>A day as YYYY-MM-DD.</summary>
    public static Option<DateOnly?> Create(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            if (TryParse(result.Tokens[0].Value, out var day))
            {
                return day;
            }

            result.AddError($"{name}: '{result.Tokens[0].Value}' is not a day; write it as YYYY-MM-DD.");
            return null;
        },
    };

    /// <summary>A day as YYYY-MM-DD, or as so many days ago, such as 7d; 0d is today.</summary>
    public static Option<DateOnly?> CreateRelative(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (TryParse(text, out var day))
            {
                return day;
            }

            if (text.EndsWith('d') && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var ago)
                && DateOnly.FromDateTime(SteadyClock.Instance.GetUtcNow().UtcDateTime) is var today && ago <= today.DayNumber)
            {
                return today.AddDays(-ago);
            }

            result.AddError($"{name}: '{text}' is not a day; write it as YYYY-MM-DD, or as so many days ago, such as 7d.");
            return null;
        },
    };

    private static bool TryParse(string text, out DateOnly day) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
}
