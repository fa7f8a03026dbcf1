<#
.SYNOPSIS
Makes src/NotionAuth/en-US/NotionAuth.dll-Help.xml, which Get-Help reads, of the pages in docs.
.DESCRIPTION
Run it after a page in docs has changed, and commit what it writes: building needs neither this script nor PlatyPS.
PlatyPS (Microsoft.PowerShell.PlatyPS 1.0 or later) is taken from the machine, else from the PowerShell Gallery.
.EXAMPLE
./build/Help.ps1
.EXAMPLE
./build/Help.ps1 -Check
Writes nothing. Fails where the committed file is stale, where a cmdlet or a parameter has no help, and where a page says
something else of a parameter than the cmdlet itself. It needs the staged module: run ./build.ps1 before it.
#>
[CmdletBinding()]
param(
    # Compare, and write nothing.
    [switch]$Check,

    # Check: the module's manifest; by default the one that the build has staged.
    [string]$Manifest = ''
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$InformationPreference = 'Continue'
$ProgressPreference = 'SilentlyContinue'

foreach ($part in 'Common', 'Modules', 'Building') { . (Join-Path $PSScriptRoot "tasks/$part.ps1") }

$Target = Join-Repository 'src', 'NotionAuth', 'en-US', 'NotionAuth.dll-Help.xml'
$MinimumExamples = 3

# --- from docs/*.md to MAML

function Get-PageFile {
    Get-ChildItem -LiteralPath (Join-Repository 'docs') -Filter *.md |
        Where-Object { [IO.File]::ReadAllText($_.FullName) -match '(?m)^document type: cmdlet\s*$' } |
        Sort-Object { $_.BaseName }
}

function Get-HelpText {
    $files = @(Get-PageFile)
    if (-not $files) { throw 'docs has no page of a cmdlet.' }
    $folder = Join-Path ([IO.Path]::GetTempPath()) "NotionAuth-help-$PID"
    try {
        $commands = foreach ($file in $files) {
            if (-not (Test-MarkdownCommandHelp -Path $file.FullName)) {
                throw "docs/$($file.Name) doesn't follow the schema; Test-MarkdownCommandHelp -DetailView shows where."
            }
            Import-MarkdownCommandHelp -Path $file.FullName
        }
        $xml = [xml]::new()
        $xml.PreserveWhitespace = $true
        $xml.LoadXml([IO.File]::ReadAllText(($commands | Export-MamlCommandHelp -OutputFolder $folder -Force).FullName))
        ConvertTo-PlainHelp $xml $commands
    }
    finally { Clear-Folder $folder }
}

<# PlatyPS hands Markdown on as it stands, with a character of its own between two paragraphs, and leaves the defaults out. Get-Help shows plain text. #>
function ConvertTo-PlainHelp {
    param([xml]$Xml, [object[]]$Command)
    $names = [Xml.XmlNamespaceManager]::new($Xml.NameTable)
    foreach ($prefix in 'maml', 'command', 'dev') { $names.AddNamespace($prefix, $Xml.DocumentElement.GetNamespaceOfPrefix($prefix)) }

    foreach ($example in $Xml.SelectNodes('//command:example', $names)) { Split-Example $example $names }
    foreach ($parent in @($Xml.SelectNodes('//maml:para/..', $names))) { Write-Para $parent (Get-ParaText $parent $names) }
    foreach ($title in $Xml.SelectNodes('//command:example/maml:title', $names)) { $title.InnerText = ConvertTo-PlainText $title.InnerText }
    foreach ($one in $Command) { Complete-Parameter $Xml.SelectSingleNode("//command:command[command:details/command:name='$($one.Title)']", $names) $one $names }
    foreach ($link in @($Xml.SelectNodes('//maml:navigationLink', $names))) { Edit-Link $link $names }

    $settings = [Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [Text.UTF8Encoding]::new($false) }
    foreach ($space in @($Xml.SelectNodes('//text()[normalize-space() = ""]'))) { $null = $space.ParentNode.RemoveChild($space) }
    $buffer = [IO.MemoryStream]::new()
    $writer = [Xml.XmlWriter]::Create($buffer, $settings)
    $Xml.Save($writer)
    $writer.Dispose()
    [Text.Encoding]::UTF8.GetString($buffer.ToArray()) + "`n"
}

<# An example's one block of code is MAML's code. The rest are the remarks: Get-Help writes an introduction on the code's own line. #>
function Split-Example {
    param([Xml.XmlElement]$Example, [Xml.XmlNamespaceManager]$Names)
    $title = $Example.SelectSingleNode('maml:title', $Names).InnerText.Trim('-', ' ')
    $introduction = $Example.SelectSingleNode('maml:introduction', $Names)
    if ((Get-ParaText $introduction $Names) -notmatch '(?s)\A(?<before>.*?)```\w*\n(?<code>.*?)\n```(?<after>.*)\z') { throw "The example '$title' has no block of code." }
    $found = $Matches.Clone()
    if ($found.after -match '```') { throw "The example '$title' has more than one block of code." }
    $introduction.InnerXml = ''
    $Example.SelectSingleNode('dev:code', $Names).InnerText = $found.code
    $remarks = $Example.SelectSingleNode('dev:remarks', $Names)
    $remarks.InnerXml = ''
    Add-Para $remarks "$($found.before)`n`n$($found.after)"
}

function Get-ParaText {
    param([Xml.XmlElement]$Parent, [Xml.XmlNamespaceManager]$Names)
    @($Parent.SelectNodes('maml:para', $Names)).ForEach({ $_.InnerText.Trim([char]0x80) }) -join "`n"
}

function Write-Para {
    param([Xml.XmlElement]$Parent, [string]$Text)
    foreach ($para in @($Parent.ChildNodes).Where({ $_.LocalName -eq 'para' })) { $null = $Parent.RemoveChild($para) }
    foreach ($one in ($Text.Trim() -split '\n\s*\n')) { Add-Para $Parent (ConvertTo-PlainText $one) }
    # Get-Help puts the next example's title right below.
    if ($Parent.LocalName -eq 'remarks') { $null = $Parent.AppendChild($Parent.OwnerDocument.CreateElement('maml', 'para', $Parent.GetNamespaceOfPrefix('maml'))) }
}

function Add-Para {
    param([Xml.XmlElement]$Parent, [string]$Text)
    if (-not $Text.Trim()) { return }
    $para = $Parent.OwnerDocument.CreateElement('maml', 'para', $Parent.GetNamespaceOfPrefix('maml'))
    $para.InnerText = $Text.Trim()
    $null = $Parent.AppendChild($para)
}

function ConvertTo-PlainText {
    param([string]$Text)
    $plain = $Text.Trim() -replace '\[([^\]]+)\]\(([a-z]+:[^)]+)\)', '$1 ($2)' -replace '\[([^\]]+)\]\([^)]+\)', '$1'
    $plain = $plain -replace '\*\*([^*]+)\*\*', '$1' -replace '`([^`]+)`', '$1' -replace '\\([\\<>*_\[\]`|])', '$1'
    # A line's end within a paragraph is only the page's width; one before a list's item is more.
    $plain -replace '\n(?!- )\s*', ' '
}

<# The type as the syntax shows it, the default, and Required only where every parameter set requires it. #>
function Complete-Parameter {
    param([Xml.XmlElement]$Element, $Command, [Xml.XmlNamespaceManager]$Names)
    foreach ($parameter in $Element.SelectNodes('command:parameters/command:parameter', $Names)) {
        $told = $Command.Parameters | Where-Object Name -EQ $parameter.SelectSingleNode('maml:name', $Names).InnerText
        $value = $parameter.SelectSingleNode('command:parameterValue', $Names)
        if ($value) { $value.InnerText = $value.InnerText -replace '^(\w+\.)+' }
        $parameter.SetAttribute('required', "$($told.ParameterSets.Where({ -not $_.IsRequired }).Count -eq 0)".ToLowerInvariant())
        if (-not $told.DefaultValue) { continue }
        $default = $Element.OwnerDocument.CreateElement('dev', 'defaultValue', $Element.GetNamespaceOfPrefix('dev'))
        $default.InnerText = $told.DefaultValue
        $null = $parameter.AppendChild($default)
    }
}

<# A link to another page means the other cmdlet; there is no page online that the first, empty link could mean. #>
function Edit-Link {
    param([Xml.XmlElement]$Link, [Xml.XmlNamespaceManager]$Names)
    $uri = $Link.SelectSingleNode('maml:uri', $Names)
    if (-not $uri.InnerText) { $null = $Link.ParentNode.RemoveChild($Link) }
    elseif ($uri.InnerText -notmatch '^[a-z]+:') { $uri.InnerText = '' }
}

# --- the pages against the cmdlets

<# In a process of its own: an imported assembly stays loaded, and could not be built again. #>
function Get-RealCommand {
    param([string]$Path)
    $describe = {
        param($Manifest)
        $ErrorActionPreference = 'Stop'
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
        $all = foreach ($command in (Import-Module $Manifest -PassThru).ExportedCommands.Values) {
            $parameters = foreach ($parameter in $command.Parameters.Values) {
                $isShouldProcess = $parameter.Name -in 'WhatIf', 'Confirm'
                if ($parameter.Name -in $common -and -not $isShouldProcess) { continue }
                $sets = foreach ($set in $parameter.ParameterSets.GetEnumerator()) {
                    $position = if ($set.Value.Position -lt 0) { 'Named' } else { $set.Value.Position }
                    $name = if ($set.Key -eq '__AllParameterSets') { '(All)' } else { $set.Key }
                    "$name position=$position required=$($set.Value.IsMandatory) value=$($set.Value.ValueFromPipeline) property=$($set.Value.ValueFromPipelineByPropertyName)"
                }
                $values = @($parameter.Attributes.Where({ $_ -is [ValidateSet] }).ForEach({ $_.ValidValues }))
                @{
                    Name     = $parameter.Name
                    Type     = $parameter.ParameterType.FullName
                    Aliases  = @($parameter.Aliases | Sort-Object) -join ','
                    Sets     = @($sets | Sort-Object) -join '; '
                    Values   = $values -join ','
                    Wildcard = @($parameter.Attributes.Where({ $_ -is [SupportsWildcards] })).Count -gt 0
                }
            }
            @{ Name = $command.Name; Parameters = @($parameters) }
        }
        ConvertTo-Json @($all) -Depth 6 -Compress
    }
    $shell, $shellArguments = Get-PowerShellProgram
    $folders = @(Get-ModuleFolder (Resolve-RequiredModule -Name Microsoft.PowerShell.SecretManagement -Minimum 1.1.0)) + $env:PSModulePath
    $text = Invoke-WithEnvironment @{ PSModulePath = $folders -join [IO.Path]::PathSeparator } {
        & $shell @shellArguments -NoProfile -NonInteractive -Command $describe -args $Path
    }
    if ($LASTEXITCODE -ne 0) { throw "The module $Path could not be imported." }
    $text | ConvertFrom-Json
}

function Get-PageParameter {
    param($Parameter)
    $sets = foreach ($set in $Parameter.ParameterSets) {
        "$($set.Name) position=$($set.Position) required=$($set.IsRequired) value=$($set.ValueFromPipeline) property=$($set.ValueFromPipelineByPropertyName)"
    }
    @{
        Name     = $Parameter.Name
        Type     = $Parameter.Type
        Aliases  = @($Parameter.Aliases | Sort-Object) -join ','
        Sets     = @($sets | Sort-Object) -join '; '
        Values   = @($Parameter.AcceptedValues) -join ','
        Wildcard = [bool]$Parameter.SupportsWildcards
    }
}

function Find-Fault {
    param([string]$Manifest)
    $real = @(Get-RealCommand $Manifest)
    $pages = @(Get-PageFile | ForEach-Object { Import-MarkdownCommandHelp -Path $_.FullName })
    foreach ($page in $pages) {
        if ($page.Title -notin $real.Name) { "docs/$($page.Title).md: the module has no such cmdlet." }
    }
    foreach ($command in $real) {
        $page = $pages | Where-Object Title -EQ $command.Name
        if (-not $page) { "$($command.Name): docs has no page for it."; continue }
        Find-PageFault $page $command
    }
}

function Find-PageFault {
    param($Page, $Command)
    $where = "docs/$($Page.Title).md"
    if ([IO.File]::ReadAllText((Join-Repository 'docs', "$($Page.Title).md")) -match '\{\{') { "${where}: a placeholder ({{ }}) is left." }
    if (-not $Page.Synopsis) { "${where}: no synopsis." }
    if (-not $Page.Description) { "${where}: no description." }
    if (-not $Page.Notes) { "${where}: no notes." }
    if ($Page.Examples.Count -lt $MinimumExamples) { "${where}: $($Page.Examples.Count) examples; $MinimumExamples are the least." }
    foreach ($parameter in $Page.Parameters) {
        if ($parameter.Name -notin $Command.Parameters.Name) { "${where}: -$($parameter.Name) doesn't exist." }
    }
    foreach ($parameter in $Command.Parameters) {
        $told = $Page.Parameters | Where-Object Name -EQ $parameter.Name
        if (-not $told) { "${where}: -$($parameter.Name) has no help."; continue }
        if (-not "$($told.Description)".Trim()) { "${where}: -$($parameter.Name) has no description." }
        $said = Get-PageParameter $told
        foreach ($fact in 'Type', 'Aliases', 'Sets', 'Values', 'Wildcard') {
            if ("$($said[$fact])" -ne "$($parameter.$fact)") {
                "${where}: -$($parameter.Name), ${fact}: the page says '$($said[$fact])', the cmdlet '$($parameter.$fact)'."
            }
        }
    }
}

# --- the two ways to run

try {
    Import-Module (Resolve-RequiredModule -Name Microsoft.PowerShell.PlatyPS -Minimum 1.0.0).Path
    $text = Get-HelpText
    if (-not $Check) {
        $null = [IO.Directory]::CreateDirectory((Split-Path -Parent $Target))
        [IO.File]::WriteAllText($Target, $text)
        Write-Information "Written: $Target"
        exit 0
    }

    if (-not $Manifest) { $Manifest = Join-Path (Get-StagedModule) 'NotionAuth.psd1' }
    if (-not (Test-Path -LiteralPath $Manifest)) { throw "There is no module at $Manifest. Build it first: ./build.ps1" }
    $faults = @(Find-Fault $Manifest)
    # Git may have checked the file out with the platform's line ends.
    $committed = if (Test-Path -LiteralPath $Target) { [IO.File]::ReadAllText($Target).Replace("`r`n", "`n") } else { '' }
    if ($committed -cne $text) { $faults += 'src/NotionAuth/en-US/NotionAuth.dll-Help.xml is stale: run ./build/Help.ps1 and commit it.' }
    foreach ($fault in $faults) { [Console]::Error.WriteLine($fault) }
    if ($faults) { throw 'what is named above.' }
    Write-Information 'The help is complete and up to date.'
    exit 0
}
catch {
    Write-Verbose $_.ScriptStackTrace
    [Console]::Error.WriteLine("Help failed: $($_.Exception.Message)")
    exit 1
}
