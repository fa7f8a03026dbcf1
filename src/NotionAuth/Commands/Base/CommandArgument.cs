using System.Management.Automation.Language;

namespace NotionAuth.Commands.Base;

/// <summary>What stands at a command line for a parameter, with the names of variables in it.</summary>
internal static class CommandArgument
{
    /// <summary>Whether a parameter's argument is a text with variables in it.</summary>
    /// <param name="command">The command.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="text">The text without its quotes, the variables by name: <c>blocks/$id/</c>.</param>
    public static bool IsExpandable(CommandAst command, string parameter, out string text)
    {
        text = Of(command, parameter) is ExpandableStringExpressionAst { Value: var value } ? value : string.Empty;
        return text.Length > 0;
    }

    /// <summary>The text of a parameter's argument; null where it is none that can be read.</summary>
    /// <param name="command">The command.</param>
    /// <param name="parameter">The parameter.</param>
    public static string? TextOf(CommandAst command, string parameter) => Of(command, parameter) switch
    {
        ExpandableStringExpressionAst expandable => expandable.Value,
        StringConstantExpressionAst constant => constant.Value,
        _ => null,
    };

    private static CommandElementAst? Of(CommandAst command, string parameter) =>
        StaticParameterBinder.BindCommand(command, resolve: true).BoundParameters
            .TryGetValue(parameter, out ParameterBindingResult? bound) ? bound.Value : null;
}
