using Spectre.Console;

namespace Superhero.Silo.Tables;

/// <summary>Where commands print their tables.</summary>
internal static class Terminal
{
    // A pipe has no width, and a table that is broken up for one can't be read by what follows.
    private const int WidthOfAPipe = 200;

    /// <summary>A text without control sequences: whoever can write to Redis could put some for the terminal in it.</summary>
    public static string Harmless(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? '?' : letter));

    public static IAnsiConsole Out
    {
        get
        {
            if (Console.IsOutputRedirected)
            {
                AnsiConsole.Profile.Width = WidthOfAPipe;
            }

            return AnsiConsole.Console;
        }
    }
}
