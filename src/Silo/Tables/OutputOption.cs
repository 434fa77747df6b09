using System.CommandLine;
using Superhero.Redis;

namespace Superhero.Silo.Tables;

/// <summary>--output: the folder that holds the tables, for commands that read them.</summary>
internal static class OutputOption
{
    public static Option<string> Create()
    {
        var option = new Option<string>("--output")
        {
            Description = "The folder that holds the tables.",
            DefaultValueFactory = _ => Settings.FromEnvironment().Text("OUTPUT_DIR") ?? "./data",
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } folder && !Directory.Exists(folder))
            {
                result.AddError($"There is no folder {folder}; name the one that holds the tables with --output or OUTPUT_DIR.");
            }
        });
        return option;
    }

    /// <summary>The folder's full path.</summary>
    public static string Folder(this ParseResult arguments, Option<string> output) => Path.GetFullPath(arguments.GetValue(output)!);
}
