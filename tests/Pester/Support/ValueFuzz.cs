using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.Json;
using System.Threading;
using System.Xml;

namespace NotionAuth.Tests
{
    /// <summary>
    /// A value of every type of .NET's base library that can be made without arguments or from a small text, in a body
    /// and in a query: it is sent as what it means, or it is an error of ours that names its place; never an empty
    /// thing, never a type's name, never another exception.
    /// </summary>
    public sealed class ValueFuzz
    {
        private const BindingFlags Any = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        private static readonly string[] Texts = { "1", "1.5", "2026-01-02", "a", "::1", "a@x.y", "<a/>",
            "00000000-0000-0000-0000-000000000001", "http://x.y/z", "10.0.0.0/8" };

        private delegate byte[] ToJson(object body, CancellationToken stop);
        private delegate List<KeyValuePair<string, string>> ToQuery(
            IDictionary dictionary, string parameter, string errorId, CancellationToken stop);

        private readonly ToJson _toJson;
        private readonly ToQuery _toQuery;

        public ValueFuzz(Assembly module)
        {
            _toJson = (ToJson)module.GetType("NotionAuth.Conversion.ToJson.ObjectToJson", true)
                .GetMethod("Convert", Any).CreateDelegate(typeof(ToJson));
            _toQuery = (ToQuery)module.GetType("NotionAuth.Conversion.ToJson.QueryText", true).GetMethod("Pairs", Any)
                .CreateDelegate(typeof(ToQuery));
        }

        public int Types { get; private set; }

        public int Sent { get; private set; }

        public int Refused { get; private set; }

        public List<string> Problems { get; } = new List<string>();

        public override string ToString() => $"{Types} types, {Sent} values sent, {Refused} refused";

        public void Run()
        {
            foreach (string file in Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location),
                "System*.dll"))
            {
                Type[] types;
                try
                {
                    types = Assembly.Load(AssemblyName.GetAssemblyName(file)).GetExportedTypes();
                }
                catch (Exception e) when (e is BadImageFormatException || e is IOException || e is TypeLoadException)
                {
                    continue;
                }

                foreach (Type type in types.Select(Closed).Where(t => t != null))
                {
                    int before = Sent + Refused;
                    foreach (object value in Made(type)) Try(type, value);
                    if (Sent + Refused > before) Types++;
                }
            }
        }

        private static Type Closed(Type type)
        {
            if (type.IsAbstract || type.IsInterface || type.IsByRefLike || typeof(Delegate).IsAssignableFrom(type))
                return null;
            if (!type.IsGenericTypeDefinition) return type;
            try
            {
                return type.MakeGenericType(type.GetGenericArguments().Select(_ => typeof(int)).ToArray());
            }
            catch (ArgumentException)
            {
                return null;
            }
        }

        // At most one made without arguments and one of a text.
        private static IEnumerable<object> Made(Type type)
        {
            object plain = Attempt(() => Activator.CreateInstance(type));
            if (plain != null) yield return plain;
            MethodInfo parse = Attempt(
                () => type.GetMethod("Parse", BindingFlags.Static | BindingFlags.Public, null, new[] { typeof(string) },
                    null)) as MethodInfo;
            ConstructorInfo constructor = type.GetConstructor(new[] { typeof(string) });
            foreach (string text in Texts)
            {
                object made = parse != null
                    && parse.ReturnType == type ? Attempt(() => parse.Invoke(null, new object[] { text })) : null;
                made = made ?? (constructor == null ? null : Attempt(() => constructor.Invoke(new object[] { text })));
                if (made == null) continue;
                yield return made;
                yield break;
            }
        }

        private static object Attempt(Func<object> make)
        {
            try
            {
                return make();
            }
            catch (Exception)
            {
                // It can't be made, here or in this way.
                return null;
            }
        }

        private void Try(Type type, object value)
        {
            Check(type, "body", () =>
            {
                byte[] json = _toJson(new Hashtable { { "it", value } }, CancellationToken.None);
                using (JsonDocument document = JsonDocument.Parse(json))
                    return Judge(type, value, document.RootElement.GetProperty("it"));
            });
            Check(type, "query", () => JudgeQuery(type, value, _toQuery(new Hashtable { { "it", value } }, "Query",
                "InvalidQuery", CancellationToken.None)));
            (value as IDisposable)?.Dispose();
        }

        private void Check(Type type, string where, Func<string> run)
        {
            try
            {
                string problem = run();
                if (problem == null) Sent++;
                else Problems.Add($"{type} in a {where}: {problem}");
            }
            catch (Exception e) when (e.GetType().Name == "NotionAuthException")
            {
                if (e.Message.Contains("'it") && e.Message.Contains("Nothing was sent")) Refused++;
                else Problems.Add($"{type} in a {where}: the error names no place: {e.Message}");
            }
            catch (Exception e)
            {
                Problems.Add($"{type} in a {where}: {e}");
            }
        }

        private static string Judge(Type type, object value, JsonElement json)
        {
            switch (json.ValueKind)
            {
                case JsonValueKind.Null: return value is DBNull || value.ToString() == "null" ? null : "sent as null";
                case JsonValueKind.True:
                case JsonValueKind.False: return value is bool ? null : "sent as a truth value";
                case JsonValueKind.Number: return JudgeNumber(value, json.GetRawText());
                case JsonValueKind.String: return JudgeText(type, value, json.GetString());
                case JsonValueKind.Array: return JudgeItems(value, json.GetArrayLength(), wantsKeys: false);
                default:
                    bool isPair = value is DictionaryEntry || type.Name == "KeyValuePair`2";
                    return isPair ? null : JudgeItems(value, json.EnumerateObject().Count(), wantsKeys: true);
            }
        }

        private static string JudgeItems(object value, int count, bool wantsKeys)
        {
            // .NET's own JSON is what it says.
            if (value.GetType().Namespace.StartsWith("System.Text.Json", StringComparison.Ordinal)) return null;
            var items = value as IEnumerable;
            if (items == null || value is string || value is XmlNode) return $"sent as {count} items, and is no list";
            List<object> all = value is NameValueCollection named
                ? named.AllKeys.Cast<object>().ToList() : items.Cast<object>().ToList();
            bool hasKeys = value is IDictionary || value is NameValueCollection || value is StringDictionary
                || value is IEnumerable<KeyValuePair<string, object>>
                || value.GetType().GetInterfaces()
                .Any(i =>
                    i.IsGenericType
                    && (i.GetGenericTypeDefinition() == typeof(IDictionary<,>)
                        || i.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)));
            if (hasKeys != wantsKeys) return hasKeys ? "a dictionary, sent as a list" : "a list, sent as an object";
            return all.Count == count ? null : $"has {all.Count} items, and {count} were sent";
        }

        private static string JudgeNumber(object value, string sent)
        {
            string text = Convert.ToString(value, CultureInfo.InvariantCulture);
            return text == sent
                || double.Parse(text, CultureInfo.InvariantCulture) == double.Parse(sent, CultureInfo.InvariantCulture)
                ? null : $"sent as {sent}";
        }

        private static string JudgeText(Type type, object value, string sent)
        {
            if (sent == type.FullName || sent == type.ToString() || sent == type.Name) return "sent as its type's name";
            if (Meanings(value).Contains(sent)) return null;
            return $"sent as '{sent}', which isn't '{value}'";
        }

        private static IEnumerable<string> Meanings(object value)
        {
            yield return Convert.ToString(value, CultureInfo.InvariantCulture);
            if (value is IFormattable formattable && value.GetType().Name.Contains("Date"))
                yield return formattable.ToString("o", CultureInfo.InvariantCulture);
            if (value is DateTimeOffset && ((DateTimeOffset)value).TimeOfDay == TimeSpan.Zero)
                yield return ((DateTimeOffset)value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            if (value is DateTime) yield return ((DateTime)value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            if (value is TimeOnly) yield return ((TimeOnly)value).ToString("o", CultureInfo.InvariantCulture);
            if (value is Uri) yield return ((Uri)value).OriginalString;
            if (value is XmlNode) yield return ((XmlNode)value).OuterXml;
        }

        private static string JudgeQuery(Type type, object value, List<KeyValuePair<string, string>> pairs)
        {
            if (pairs.Any(p => p.Key != "it")) return "sent under another name";
            var list = value as IEnumerable;
            if (pairs.Count == 0 && (list == null || list.Cast<object>().Any()) && !(value is DBNull))
                return "sent as nothing";
            if (pairs.Count != 1
                || (list != null && !(value is string) && !(value is XmlNode)
                    && type.Namespace != "System.Text.Json.Nodes")) return null;
            if (value is bool)
                return pairs[0].Value == (true.Equals(value) ? "true" : "false") ? null : "sent as another truth value";
            double number;
            if (double.TryParse(pairs[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
                && JudgeNumber(value, pairs[0].Value) == null) return null;
            return JudgeText(type, value, pairs[0].Value);
        }
    }
}
