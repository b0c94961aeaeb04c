using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KeraLua;
using YamlDotNet.RepresentationModel;

namespace CanaryController.Resources.Tests;

/// <summary>The health checks that examples/gitops gives to Argo CD, run as it runs them: the object as the global <c>obj</c>, a table with status and message as the answer.</summary>
internal static class ArgoHealth
{
    private const string Prefix = "resource.customizations.health.";

    private static readonly string _file = Path.Combine(ExampleFiles.Root, "examples", "gitops", "argo-cd", "argocd-cm.yaml");

    /// <summary>What the check of <paramref name="kind"/> (group_Kind, as the file writes it) says of an object.</summary>
    public static (string Status, string Message) Of(string kind, JsonNode item)
    {
        using var lua = new Lua { Encoding = Encoding.UTF8 };
        Assert.False(lua.DoString($"obj = {Literal(item)}\n{Script(kind)}"), lua.ToString(-1));
        return (Field(lua, "status"), Field(lua, "message"));
    }

    private static string Script(string kind)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(_file)));
        return ((YamlScalarNode)yaml.Documents[0].RootNode["data"][Prefix + kind]).Value!;
    }

    private static string Field(Lua lua, string name)
    {
        Assert.Equal(LuaType.String, lua.GetField(1, name));
        var text = lua.ToString(-1);
        lua.Pop(1);
        return text;
    }

    /// <summary>A JSON value in Lua's words: what is null there is not there.</summary>
    private static string Literal(JsonNode? value) => value switch
    {
        null => "nil",
        JsonObject members => $"{{{string.Join(',', members.Select(member => $"[{Quoted(member.Key)}]={Literal(member.Value)}"))}}}",
        JsonArray items => $"{{{string.Join(',', items.Select(Literal))}}}",
        _ => value.GetValueKind() == JsonValueKind.String ? Quoted(value.GetValue<string>()) : value.ToJsonString(),
    };

    private static string Quoted(string text) => $"\"{string.Concat(Encoding.UTF8.GetBytes(text).Select(each => string.Create(CultureInfo.InvariantCulture, $"\\{each:000}")))}\"";
}
