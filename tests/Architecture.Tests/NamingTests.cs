using System.Reflection;
using System.Runtime.CompilerServices;

namespace Superhero.Architecture.Tests;

public class NamingTests
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly Type[] Awaitable = [typeof(Task), typeof(Task<>), typeof(ValueTask), typeof(ValueTask<>), typeof(IAsyncEnumerable<>)];

    [Fact]
    public void Names_of_awaitable_methods_end_in_Async()
    {
        string[] projects = ["Demo", "Grains", "Grains.Interfaces", "Redis", "Settings", "Silo", "Simulator", "Tables"];
        var methods = projects.Select(project => Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, $"Superhero.{project}.dll")))
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute)) && !type.FullName!.StartsWith("OrleansCodeGen", StringComparison.Ordinal))
            .SelectMany(type => type.GetMethods(Declared).Where(method => IsNamedHere(type, method)))
            .Where(method => Awaitable.Contains(method.ReturnType.IsGenericType ? method.ReturnType.GetGenericTypeDefinition() : method.ReturnType))
            .ToList();
        Assert.True(methods.Count > 100, $"{methods.Count}");
        Assert.Empty(methods.Where(method => !method.Name.EndsWith("Async", StringComparison.Ordinal)).Select(method => $"{method.DeclaringType}.{method.Name}"));
    }

    // Excludes names that the compiler, a base class or an interface of another library chose, and grains, whose names follow Orleans' samples.
    private static bool IsNamedHere(Type type, MethodInfo method) =>
        !method.IsSpecialName
        && !method.Name.Contains('<', StringComparison.Ordinal)
        && method.GetBaseDefinition() == method
        && !typeof(Delegate).IsAssignableFrom(type)
        && !typeof(IGrain).IsAssignableFrom(type)
        && type.GetInterfaces().Where(one => !one.Namespace!.StartsWith("Superhero", StringComparison.Ordinal))
            .All(one => !type.GetInterfaceMap(one).TargetMethods.Contains(method));
}
