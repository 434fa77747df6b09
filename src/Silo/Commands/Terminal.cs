using System.Globalization;
using Spectre.Console;

namespace Superhero.Silo.Commands;

/// <summary>Where commands print their tables.</summary>
internal static class Terminal
{
    // A pipe has no width, and a table that is broken up for one can't be read by what follows.
    private const int RedirectedWidth = 200;

    /// <summary>A text without control sequences: whoever can write to Redis could put some for the terminal in it.</summary>
    public static string StripControlCharacters(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? '?' : letter));

    /// <summary>A time, in UTC.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static IAnsiConsole Out
    {
        get
        {
            if (Console.IsOutputRedirected)
            {
                AnsiConsole.Profile.Width = RedirectedWidth;
            }

            return AnsiConsole.Console;
        }
    }
}
