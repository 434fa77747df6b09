namespace Superhero.Grains.Ledger;

/// <summary>The two scripts that are the protocol.</summary>
internal static class LedgerScript
{
    public static readonly string Begin = Read("common.lua") + Read("begin.lua");

    public static readonly string End = Read("common.lua") + Read("end.lua");

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(LedgerScript).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
