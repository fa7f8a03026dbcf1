# Makes the package, in the form that PSResourceGet gives it. PSResourceGet itself takes dependencies from
# RequiredModules, and the manifest has none.
[CmdletBinding()]
param([string]$ModuleBase, [string]$Package)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
. (Join-Path $PSScriptRoot 'Assert-IsolatedHome.ps1')

function Get-Manifest {
    param([string]$ModuleBase)
    # Not Import-PowerShellDataFile: RootModule is chosen by an expression. The manifest is ours, so it may be run.
    & ([scriptblock]::Create([IO.File]::ReadAllText((Join-Path $ModuleBase 'NotionAuth.psd1'))))
}

<# The tags that the Gallery makes its filters of. #>
function Get-PackageTag {
    param([hashtable]$Manifest)
    'PSModule', 'PSIncludes_Cmdlet'
    $Manifest.PrivateData.PSData.Tags
    foreach ($name in $Manifest.CmdletsToExport) { "PSCmdlet_$name", "PSCommand_$name" }
}

function Get-Nuspec {
    param([hashtable]$Manifest)
    $text = { param($Value) [Security.SecurityElement]::Escape($Value) }
    $dependencies = foreach ($module in $Manifest.PrivateData.PackageDependencies) {
        "      <dependency id=`"$($module.ModuleName)`" version=`"$($module.ModuleVersion)`" />"
    }
    @"
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>NotionAuth</id>
    <version>$($Manifest.ModuleVersion)</version>
    <authors>$(& $text $Manifest.Author)</authors>
    <owners>$(& $text $Manifest.CompanyName)</owners>
    <requireLicenseAcceptance>false</requireLicenseAcceptance>
    <description>$(& $text $Manifest.Description)</description>
    <releaseNotes>$(& $text $Manifest.PrivateData.PSData.ReleaseNotes)</releaseNotes>
    <copyright>$(& $text $Manifest.Copyright)</copyright>
    <tags>$((Get-PackageTag $Manifest) -join ' ')</tags>
    <dependencies>
$($dependencies -join "`n")
    </dependencies>
  </metadata>
</package>
"@
}

<# An open-packaging archive (ECMA-376 part 2): the files, the nuspec, what their types are, and which of them is the
   nuspec. #>
function Compress-Module {
    param([string]$ModuleBase, [string]$Package)
    $extensions = Get-ChildItem -LiteralPath $ModuleBase -Recurse -File |
        ForEach-Object { $_.Extension.TrimStart('.') } | Where-Object { $_ } | Sort-Object -Unique
    $types = @($extensions | ForEach-Object { "<Default Extension=`"$_`" ContentType=`"application/octet`" />" }) +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />' +
    '<Default Extension="nuspec" ContentType="application/octet" />' +
    '<Override PartName="/LICENSE" ContentType="application/octet" />'
    $texts = [ordered]@{
        'NotionAuth.nuspec'   = Get-Nuspec (Get-Manifest $ModuleBase)
        '_rels/.rels'         = '<?xml version="1.0" encoding="utf-8"?><Relationships ' +
            'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship ' +
            'Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/NotionAuth.nuspec" ' +
            'Id="nuspec" /></Relationships>'
        '[Content_Types].xml' = "<?xml version=`"1.0`" encoding=`"utf-8`"?><Types " +
            "xmlns=`"http://schemas.openxmlformats.org/package/2006/content-types`">$types</Types>"
    }
    $stream = [IO.File]::Create($Package)
    $archive = New-Object IO.Compression.ZipArchive $stream, 'Create'
    try {
        foreach ($name in $texts.Keys) { Write-Entry $archive $name ([Text.Encoding]::UTF8.GetBytes($texts[$name])) }
        foreach ($file in Get-ChildItem -LiteralPath $ModuleBase -Recurse -File | Sort-Object FullName) {
            Write-Entry $archive $file.FullName.Substring($ModuleBase.Length +
                1).Replace('\', '/') ([IO.File]::ReadAllBytes($file.FullName))
        }
    }
    finally {
        $archive.Dispose()
        $stream.Dispose()
    }
}

function Write-Entry {
    param($Archive, [string]$Name, [byte[]]$Content)
    $entry = $Archive.CreateEntry($Name)
    # The same files give the same package.
    $entry.LastWriteTime = [DateTimeOffset]'2000-01-01T00:00:00Z'
    $stream = $entry.Open()
    $stream.Write($Content, 0, $Content.Length)
    $stream.Dispose()
}

Add-Type -AssemblyName System.IO.Compression
Compress-Module $ModuleBase $Package
exit 0
